locals {
  is_psc  = var.psc_attachment != null
  servers = local.is_psc ? ["${google_compute_address.psc[0].address}/32"] : var.server_cidr == null ? [] : [var.server_cidr]
}

resource "google_compute_firewall" "tokenserver" {
  count                   = var.restrict_egress && (local.is_psc || var.server_cidr != null) ? 1 : 0
  project                 = module.party.project_id
  name                    = "tokenclient-tokenserver"
  network                 = module.party.network
  direction               = "EGRESS"
  priority                = 1000
  destination_ranges      = local.servers
  target_service_accounts = [module.party.service_account]
  allow {
    protocol = "tcp"
    ports    = [tostring(var.port)]
  }
}
