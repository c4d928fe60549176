# By service account: a tag can be put on a VM by whoever may edit it, an account cannot. Nothing opens port 22.
resource "google_compute_firewall" "clients" {
  count                   = length(local.callers) > 0 ? 1 : 0
  project                 = module.project.project_id
  name                    = "tokenserver-clients"
  network                 = module.network.network
  direction               = "INGRESS"
  priority                = 1000
  source_ranges           = local.callers
  target_service_accounts = [google_service_account.server.email]
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
  project                 = module.project.project_id
  name                    = "tokenserver-health"
  network                 = module.network.network
  direction               = "INGRESS"
  priority                = 1000
  source_ranges           = ["35.191.0.0/16", "130.211.0.0/22"]
  target_service_accounts = [google_service_account.server.email]
  allow {
    protocol = "tcp"
    ports    = [tostring(var.health_port)]
  }
}

resource "google_compute_firewall" "deny_ingress" {
  project                 = module.project.project_id
  name                    = "tokenserver-deny-ingress"
  network                 = module.network.network
  direction               = "INGRESS"
  priority                = 65000
  source_ranges           = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.server.email]
  deny {
    protocol = "all"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

locals {
  callers = var.connectivity == "psc" ? concat(var.client_cidrs, [var.psc_nat_cidr]) : var.client_cidrs
}

# Answers to callers pass without a rule: the firewall keeps track of connections.
resource "google_compute_firewall" "google_apis" {
  count                   = var.restrict_egress ? 1 : 0
  project                 = module.project.project_id
  name                    = "tokenserver-google-apis"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 1000
  destination_ranges      = ["199.36.153.8/30"]
  target_service_accounts = [google_service_account.server.email]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "deny_egress" {
  count                   = var.restrict_egress ? 1 : 0
  project                 = module.project.project_id
  name                    = "tokenserver-deny-egress"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 65000
  destination_ranges      = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.server.email]
  deny {
    protocol = "all"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
