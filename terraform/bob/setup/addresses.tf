locals {
  own_external = coalesce(var.external_ip, "-") == "-" ? null : var.external_ip
}

resource "google_compute_address" "internal" {
  project      = module.project.project_id
  region       = var.region
  name         = "tokenclient-internal"
  address_type = "INTERNAL"
  subnetwork   = module.network.subnet
  address      = coalesce(var.internal_ip, "-") == "-" ? null : var.internal_ip
}

resource "google_compute_address" "external" {
  count   = var.has_external && local.own_external == null ? 1 : 0
  project = module.project.project_id
  region  = var.region
  name    = "tokenclient"
}

# Private Service Connect: the TokenServer as an address of this network.
resource "google_compute_address" "psc" {
  count        = var.psc_attachment == null ? 0 : 1
  project      = module.project.project_id
  region       = var.region
  name         = "tokenserver-endpoint"
  address_type = "INTERNAL"
  subnetwork   = module.network.subnet
}

resource "google_compute_forwarding_rule" "psc" {
  count                 = var.psc_attachment == null ? 0 : 1
  project               = module.project.project_id
  region                = var.region
  name                  = "tokenserver-endpoint"
  network               = module.network.network
  ip_address            = google_compute_address.psc[0].id
  target                = var.psc_attachment
  load_balancing_scheme = ""
}
