variable "project_id" {
  description = "Project of the gateway."
  type        = string
}

variable "region" {
  description = "Region of the gateway; both parties use the same."
  type        = string
}

variable "network" {
  description = "Id of the network."
  type        = string
}

variable "name" {
  description = "Name of the gateway."
  type        = string
}

variable "mode" {
  description = "ha, classic_static, or none."
  type        = string
}

# The two kinds do not pair with each other: both parties choose the same mode.
resource "google_compute_ha_vpn_gateway" "this" {
  count      = var.mode == "ha" ? 1 : 0
  project    = var.project_id
  region     = var.region
  name       = var.name
  network    = var.network
  stack_type = "IPV4_ONLY"
}

resource "google_compute_vpn_gateway" "this" {
  count   = var.mode == "classic_static" ? 1 : 0
  project = var.project_id
  region  = var.region
  name    = var.name
  network = var.network
}

resource "google_compute_address" "classic" {
  count   = var.mode == "classic_static" ? 1 : 0
  project = var.project_id
  region  = var.region
  name    = "${var.name}-address"
}

output "gateway" {
  description = "Id of the gateway; null without VPN."
  value       = one(concat(google_compute_ha_vpn_gateway.this[*].id, google_compute_vpn_gateway.this[*].id))
}

output "name" {
  description = "Name of the gateway; null without VPN."
  value       = one(concat(google_compute_ha_vpn_gateway.this[*].name, google_compute_vpn_gateway.this[*].name))
}

output "address" {
  description = "Its address; of an HA gateway that of interface 0. Null without VPN."
  value       = var.mode == "ha" ? try(google_compute_ha_vpn_gateway.this[0].vpn_interfaces[0].ip_address, null) : one(google_compute_address.classic[*].address)
}
