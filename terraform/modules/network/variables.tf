variable "project_id" {
  description = "Project of the network."
  type        = string
}

variable "region" {
  description = "Region of the subnetwork."
  type        = string
}

variable "name" {
  description = "Name of the network; other names begin with it."
  type        = string
}

variable "cidr" {
  description = "Range of the subnetwork. It must not overlap with the other party's when a VPN joins them."
  type        = string
  validation {
    condition     = can(cidrhost(var.cidr, 1)) && !strcontains(var.cidr, ":")
    error_message = "An IPv4 range in CIDR notation, for example 10.0.0.0/16."
  }
}

variable "enable_nat" {
  description = "Cloud NAT with one reserved address, for a VM without external address that has to reach the internet."
  type        = bool
}

variable "private_google_dns" {
  description = "Resolve googleapis.com and pkg.dev to private.googleapis.com (199.36.153.8/30) inside this network."
  type        = bool
}
