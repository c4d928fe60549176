mock_provider "google" {}

variables {
  project_id      = "ts-project"
  region          = "us-central1"
  network         = "n"
  name            = "to-tokenclient"
  gateway         = "projects/ts-project/regions/us-central1/vpnGateways/vpn1"
  own_cidr        = "192.168.0.0/16"
  peer_cidr       = "10.0.0.0/16"
  vpn_key         = "not a key but long enough for one"
  vpn_key_version = "1"
  peer_gateway    = "projects/tc-project/regions/us-central1/vpnGateways/vpn1"
  own_asn         = 64514
  peer_asn        = 64515
  link_host       = 1
  own_address     = null
  peer_address    = null
}

run "ha" {
  variables {
    mode = "ha"
  }
  assert {
    condition     = google_compute_vpn_tunnel.ha["0"].vpn_gateway_interface == 0 && google_compute_vpn_tunnel.ha["1"].vpn_gateway_interface == 1 && length(google_compute_vpn_tunnel.classic) == 0
    error_message = "one tunnel from each interface"
  }
  assert {
    condition     = google_compute_vpn_tunnel.ha["0"].shared_secret_wo == null && google_compute_vpn_tunnel.ha["0"].shared_secret == null
    error_message = "the key is in no state"
  }
  assert {
    condition     = google_compute_router_interface.this["1"].ip_range == "169.254.11.1/30" && google_compute_router_peer.this["1"].peer_ip_address == "169.254.11.2"
    error_message = "both ends of a link lie in its net"
  }
  assert {
    condition     = [for term in google_compute_router_route_policy.import[0].terms : "${term.match[0].expression} ${term.actions[0].expression}"] == ["destination != '10.0.0.0/16' drop()"]
    error_message = "no route but the agreed one is taken"
  }
  assert {
    condition     = alltrue([for peer in google_compute_router_peer.this : peer.import_policies == tolist(["to-tokenclient-import"])])
    error_message = "and the policy holds for both links"
  }
}

run "ha_of_the_other_party" {
  command = plan
  variables {
    mode      = "ha"
    link_host = 2
  }
  assert {
    condition     = google_compute_router_interface.this["1"].ip_range == "169.254.11.2/30" && google_compute_router_peer.this["1"].peer_ip_address == "169.254.11.1"
    error_message = "the other ends"
  }
}

run "classic" {
  variables {
    mode         = "classic_static"
    own_address  = "34.133.121.5"
    peer_address = "34.72.5.77"
  }
  assert {
    condition     = google_compute_vpn_tunnel.classic[0].local_traffic_selector == toset(["192.168.0.0/16"]) && google_compute_vpn_tunnel.classic[0].remote_traffic_selector == toset(["10.0.0.0/16"])
    error_message = "both selectors"
  }
  assert {
    condition     = keys(google_compute_forwarding_rule.classic) == ["esp", "udp4500", "udp500"] && google_compute_route.classic[0].dest_range == "10.0.0.0/16" && length(google_compute_router.this) == 0
    error_message = "three rules and a static route"
  }
}

run "the_same_range_on_both_sides" {
  command = plan
  variables {
    mode      = "ha"
    peer_cidr = "192.168.0.0/16"
  }
  expect_failures = [var.peer_cidr]
}

run "no_key" {
  command = plan
  variables {
    mode    = "ha"
    vpn_key = null
  }
  expect_failures = [var.vpn_key]
}
