# HA VPN between two projects of Google Cloud: two tunnels, interface 0 to 0 and 1 to 1, routes by BGP. Static routes are not
# offered for it. Source: "Create an HA VPN gateway between VPC networks".
locals {
  ha    = var.mode == "ha" ? 1 : 0
  links = var.mode == "ha" ? { "0" = "169.254.10.0/30", "1" = "169.254.11.0/30" } : {}
}

resource "google_compute_router" "this" {
  count   = local.ha
  project = var.project_id
  region  = var.region
  name    = "${var.name}-router"
  network = var.network
  bgp {
    asn            = var.own_asn
    advertise_mode = "CUSTOM"
    advertised_ip_ranges {
      range = var.own_cidr
    }
  }
}

resource "google_compute_vpn_tunnel" "ha" {
  for_each                 = local.links
  project                  = var.project_id
  region                   = var.region
  name                     = "${var.name}-${each.key}"
  vpn_gateway              = var.gateway
  vpn_gateway_interface    = tonumber(each.key)
  peer_gcp_gateway         = var.peer_gateway
  router                   = google_compute_router.this[0].id
  ike_version              = 2
  shared_secret_wo         = var.vpn_key
  shared_secret_wo_version = var.vpn_key_version
}

resource "google_compute_router_interface" "this" {
  for_each   = local.links
  project    = var.project_id
  region     = var.region
  name       = "${var.name}-${each.key}"
  router     = google_compute_router.this[0].name
  ip_range   = "${cidrhost(each.value, var.link_host)}/30"
  vpn_tunnel = google_compute_vpn_tunnel.ha[each.key].name
}

# Whatever the other party announces, only its range is taken: it could otherwise draw traffic for other nets to itself.
resource "google_compute_router_peer" "this" {
  for_each        = local.links
  project         = var.project_id
  region          = var.region
  name            = "${var.name}-${each.key}"
  router          = google_compute_router.this[0].name
  interface       = google_compute_router_interface.this[each.key].name
  peer_ip_address = cidrhost(each.value, 3 - var.link_host)
  peer_asn        = var.peer_asn
  import_policies = [google_compute_router_route_policy.import[0].name]
}

resource "google_compute_router_route_policy" "import" {
  count   = local.ha
  project = var.project_id
  region  = var.region
  router  = google_compute_router.this[0].name
  name    = "${var.name}-import"
  type    = "ROUTE_POLICY_TYPE_IMPORT"
  terms {
    priority = 1
    match {
      expression = "destination != '${var.peer_cidr}'"
    }
    actions {
      expression = "drop()"
    }
  }
}
