locals {
  own_external = coalesce(var.external_ip, "-") == "-" ? null : var.external_ip
}

resource "google_compute_address" "internal" {
  project      = module.project.project_id
  region       = var.region
  name         = "${var.name}-internal"
  address_type = "INTERNAL"
  subnetwork   = module.network.subnet
  address      = coalesce(var.internal_ip, "-") == "-" ? null : var.internal_ip
}

resource "google_compute_address" "external" {
  count   = var.has_external && local.own_external == null ? 1 : 0
  project = module.project.project_id
  region  = var.region
  name    = var.name
}
