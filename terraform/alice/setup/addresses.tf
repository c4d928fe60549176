locals {
  has_external = var.connectivity == "public"
  own_external = coalesce(var.external_ip, "-") == "-" ? null : var.external_ip
}

resource "google_compute_address" "internal" {
  project      = module.project.project_id
  region       = var.region
  name         = "tokenserver-internal"
  address_type = "INTERNAL"
  subnetwork   = module.network.subnet
  address      = coalesce(var.internal_ip, "-") == "-" ? null : var.internal_ip
}

resource "google_compute_address" "external" {
  count   = local.has_external && local.own_external == null ? 1 : 0
  project = module.project.project_id
  region  = var.region
  name    = "tokenserver"
}

# Private Service Connect calls the server from addresses of this subnetwork.
resource "google_compute_subnetwork" "psc" {
  count         = var.connectivity == "psc" ? 1 : 0
  project       = module.project.project_id
  region        = var.region
  name          = "tokenserver-psc"
  network       = module.network.network
  ip_cidr_range = var.psc_nat_cidr
  purpose       = "PRIVATE_SERVICE_CONNECT"
}
