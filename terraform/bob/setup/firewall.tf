# Nothing comes in, and only what is named goes out. By service account: whoever may edit tags cannot take a VM out of these rules.
resource "google_compute_firewall" "deny_ingress" {
  project                 = module.project.project_id
  name                    = "tokenclient-deny-ingress"
  network                 = module.network.network
  direction               = "INGRESS"
  priority                = 65000
  source_ranges           = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.client.email]
  deny {
    protocol = "all"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

locals {
  is_psc  = var.psc_attachment != null
  servers = local.is_psc ? ["${google_compute_address.psc[0].address}/32"] : var.server_cidr == null ? [] : [var.server_cidr]
}

resource "google_compute_firewall" "tokenserver" {
  count                   = var.restrict_egress && (local.is_psc || var.server_cidr != null) ? 1 : 0
  project                 = module.project.project_id
  name                    = "tokenclient-tokenserver"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 1000
  destination_ranges      = local.servers
  target_service_accounts = [google_service_account.client.email]
  allow {
    protocol = "tcp"
    ports    = [tostring(var.port)]
  }
}

# private.googleapis.com and what the workload needs. The metadata server is always reachable.
resource "google_compute_firewall" "google_apis" {
  count                   = var.restrict_egress ? 1 : 0
  project                 = module.project.project_id
  name                    = "tokenclient-google-apis"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 1000
  destination_ranges      = concat(["199.36.153.8/30"], var.egress_cidrs)
  target_service_accounts = [google_service_account.client.email]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "deny_egress" {
  count                   = var.restrict_egress ? 1 : 0
  project                 = module.project.project_id
  name                    = "tokenclient-deny-egress"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 65000
  destination_ranges      = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.client.email]
  deny {
    protocol = "all"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
