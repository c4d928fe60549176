variable "connectivity" {
  description = "From Alice: how the TokenServer is reached: public, vpn or psc (Private Service Connect)."
  type        = string
  default     = "public"
  validation {
    condition     = contains(["public", "vpn", "psc"], var.connectivity)
    error_message = "connectivity is public, vpn or psc."
  }
}

variable "external_ip" {
  description = "Give the VM an external address; null means yes with connectivity public and without enable_nat."
  type        = bool
  default     = null
}

variable "enable_nat" {
  description = "Cloud NAT with one fixed address, for a VM without external address. Alice then sees that address."
  type        = bool
  default     = false
  validation {
    condition     = !(var.enable_nat && var.external_ip == true)
    error_message = "A VM with an external address does not use the NAT: external_ip or enable_nat, not both."
  }
  validation {
    condition     = var.connectivity != "public" || var.enable_nat || var.external_ip != false
    error_message = "Without external address and NAT the VM cannot reach a public TokenServer: set enable_nat, or use vpn or psc."
  }
}

variable "restrict_egress" {
  description = "Let the VM call the TokenServer and Google APIs only."
  type        = bool
  default     = true
}

variable "egress_cidrs" {
  description = "More ranges that the VM may call on port 443, for its workload."
  type        = list(string)
  default     = []
}

variable "vpn_mode" {
  description = "From Alice: ha, or classic_static as in 2021."
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

variable "tc_asn" {
  description = "Your number in BGP (vpn_mode ha)."
  type        = number
  default     = 64515
}

variable "ts_asn" {
  description = "From Alice: her number in BGP."
  type        = number
  default     = 64514
}

variable "ts_vpn_gateway" {
  description = "From Alice: id of her HA gateway, projects/P/regions/R/vpnGateways/N."
  type        = string
  default     = null
}

variable "vpn_peer_deployer" {
  description = "Who applies Alice's terraform (user:... or serviceAccount:...): may use your HA gateway as a peer. Null grants nothing."
  type        = string
  default     = null
}

variable "ts_psc_attachment" {
  description = "From Alice: her service attachment, projects/P/regions/R/serviceAttachments/N."
  type        = string
  default     = null
}
