# Private Service Connect calls the server from addresses of this subnetwork.
resource "google_compute_subnetwork" "psc" {
  count         = var.connectivity == "psc" ? 1 : 0
  project       = module.party.project_id
  region        = var.region
  name          = "tokenserver-psc"
  network       = module.party.network
  ip_cidr_range = var.psc_nat_cidr
  purpose       = "PRIVATE_SERVICE_CONNECT"
}
