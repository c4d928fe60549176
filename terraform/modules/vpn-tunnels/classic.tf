# Classic VPN with static routes, as in 2021. Google advises HA VPN.
locals {
  classic  = var.mode == "classic_static" ? 1 : 0
  forwards = var.mode == "classic_static" ? { esp = ["ESP", null], udp500 = ["UDP", "500"], udp4500 = ["UDP", "4500"] } : {}
}

resource "google_compute_forwarding_rule" "classic" {
  for_each    = local.forwards
  project     = var.project_id
  region      = var.region
  name        = "${var.name}-${each.key}"
  ip_protocol = each.value[0]
  port_range  = each.value[1]
  ip_address  = var.own_address
  target      = var.gateway
}

resource "google_compute_vpn_tunnel" "classic" {
  count                    = local.classic
  project                  = var.project_id
  region                   = var.region
  name                     = "${var.name}-tunnel"
  target_vpn_gateway       = var.gateway
  peer_ip                  = var.peer_address
  ike_version              = 2
  shared_secret_wo         = var.vpn_key
  shared_secret_wo_version = var.vpn_key_version
  local_traffic_selector   = [var.own_cidr]
  remote_traffic_selector  = [var.peer_cidr]
  depends_on               = [google_compute_forwarding_rule.classic]
}

resource "google_compute_route" "classic" {
  count               = local.classic
  project             = var.project_id
  name                = "${var.name}-route"
  network             = var.network
  dest_range          = var.peer_cidr
  priority            = 1000
  next_hop_vpn_tunnel = google_compute_vpn_tunnel.classic[0].id
}
