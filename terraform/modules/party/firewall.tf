# Nothing comes in, and with restrict_egress only what is named goes out; what else a party needs, its set-up allows. By service
# account: a tag can be put on a VM, or taken off, by whoever may edit it; an account cannot. Answers to callers pass without a rule:
# the firewall keeps track of connections. The metadata server is always reachable.
resource "google_compute_firewall" "deny_ingress" {
  project                 = module.project.project_id
  name                    = "${var.name}-deny-ingress"
  network                 = module.network.network
  direction               = "INGRESS"
  priority                = 65000
  source_ranges           = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.this.email]
  deny {
    protocol = "all"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

# private.googleapis.com and what the workload needs.
resource "google_compute_firewall" "google_apis" {
  count                   = var.restrict_egress ? 1 : 0
  project                 = module.project.project_id
  name                    = "${var.name}-google-apis"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 1000
  destination_ranges      = concat(["199.36.153.8/30"], var.egress_cidrs)
  target_service_accounts = [google_service_account.this.email]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "deny_egress" {
  count                   = var.restrict_egress ? 1 : 0
  project                 = module.project.project_id
  name                    = "${var.name}-deny-egress"
  network                 = module.network.network
  direction               = "EGRESS"
  priority                = 65000
  destination_ranges      = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.this.email]
  deny {
    protocol = "all"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
