variable "connectivity" {
  description = "How Bob's VM reaches the TokenServer: public, vpn or psc (Private Service Connect)."
  type        = string
  default     = "public"
  validation {
    condition     = contains(["public", "vpn", "psc"], var.connectivity)
    error_message = "connectivity is public, vpn or psc."
  }
  validation {
    condition     = var.connectivity != "public" || var.server_replicas == 1
    error_message = "Replicas stand behind an internal load balancer: use connectivity vpn or psc, or server_replicas = 1."
  }
}

variable "vpn_mode" {
  description = "ha, or classic_static as in 2021. Both parties choose the same."
  type        = string
  default     = "ha"
  validation {
    condition     = contains(["ha", "classic_static"], var.vpn_mode)
    error_message = "vpn_mode is ha or classic_static."
  }
}

variable "vpn_key_version" {
  description = "Raise it after the vpn_key changed."
  type        = string
  default     = "1"
}

variable "ts_asn" {
  description = "Your number in BGP (vpn_mode ha)."
  type        = number
  default     = 64514
}

variable "tc_asn" {
  description = "From Bob: his number in BGP."
  type        = number
  default     = 64515
}

variable "tc_vpn_gateway" {
  description = "From Bob: id of his HA gateway, projects/P/regions/R/vpnGateways/N."
  type        = string
  default     = null
}

variable "tc_zone" {
  description = "From Bob: zone of his VM."
  type        = string
  default     = null
  validation {
    condition     = var.tc_zone == null || can(regex("^[a-z]+-[a-z]+[0-9]{1,2}-[a-z]$", var.tc_zone))
    error_message = "A zone, such as us-central1-a."
  }
}

variable "tc_natip_address" {
  description = "From Bob: address of his NAT, when his VM has no external address."
  type        = string
  default     = null
  validation {
    condition     = var.tc_natip_address == null || can(cidrhost("${coalesce(var.tc_natip_address, "-")}/32", 0))
    error_message = "An IPv4 address."
  }
}

variable "vpn_peer_deployer" {
  description = "Who applies Bob's terraform (user:... or serviceAccount:...): may use your HA gateway as a peer. Null grants nothing."
  type        = string
  default     = null
}

variable "allowed_client_cidrs" {
  description = "Ranges from which clients may connect. No default: [] lets nobody in."
  type        = list(string)
  validation {
    condition     = alltrue([for cidr in var.allowed_client_cidrs : can(cidrhost(cidr, 0)) && !strcontains(cidr, ":")])
    error_message = "IPv4 ranges in CIDR notation, for example 203.0.113.7/32."
  }
  validation {
    condition     = var.allow_world || alltrue([for cidr in var.allowed_client_cidrs : tonumber(split("/", "${cidr}/32")[1]) >= 8])
    error_message = "A range of /7 or wider is the world. Name the addresses of the clients, or say allow_world = true."
  }
}

variable "allow_world" {
  description = "Allow ranges as wide as 0.0.0.0/0."
  type        = bool
  default     = false
}

variable "psc_nat_cidr" {
  description = "Range in your network from which Private Service Connect calls the TokenServer."
  type        = string
  default     = "172.31.255.0/29"
}

variable "enable_nat" {
  description = "Cloud NAT for your VM. Google APIs are reached without it."
  type        = bool
  default     = false
}

variable "restrict_egress" {
  description = "Let the TokenServer call Google APIs only."
  type        = bool
  default     = true
}
