# Private Service Connect: the TokenServer as an address of this network.
resource "google_compute_address" "psc" {
  count        = var.psc_attachment == null ? 0 : 1
  project      = module.party.project_id
  region       = var.region
  name         = "tokenserver-endpoint"
  address_type = "INTERNAL"
  subnetwork   = module.party.subnet
}

resource "google_compute_forwarding_rule" "psc" {
  count                 = var.psc_attachment == null ? 0 : 1
  project               = module.party.project_id
  region                = var.region
  name                  = "tokenserver-endpoint"
  network               = module.party.network
  ip_address            = google_compute_address.psc[0].id
  target                = var.psc_attachment
  load_balancing_scheme = ""
}
