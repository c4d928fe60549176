# By service account: a tag can be put on a VM by whoever may edit it, an account cannot. Nothing opens port 22.
resource "google_compute_firewall" "clients" {
  count                   = length(local.callers) > 0 ? 1 : 0
  project                 = module.party.project_id
  name                    = "tokenserver-clients"
  network                 = module.party.network
  direction               = "INGRESS"
  priority                = 1000
  source_ranges           = local.callers
  target_service_accounts = [module.party.service_account]
  allow {
    protocol = "tcp"
    ports    = [tostring(var.port)]
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

# Where Google's health checks of internal passthrough load balancers come from.
resource "google_compute_firewall" "health" {
  count                   = var.is_group ? 1 : 0
  project                 = module.party.project_id
  name                    = "tokenserver-health"
  network                 = module.party.network
  direction               = "INGRESS"
  priority                = 1000
  source_ranges           = ["35.191.0.0/16", "130.211.0.0/22"]
  target_service_accounts = [module.party.service_account]
  allow {
    protocol = "tcp"
    ports    = [tostring(var.health_port)]
  }
}

locals {
  callers = var.connectivity == "psc" ? concat(var.client_cidrs, [var.psc_nat_cidr]) : var.client_cidrs
}
