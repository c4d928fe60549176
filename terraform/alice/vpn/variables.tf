variable "region" { type = string }
variable "project_id" { type = string }
variable "network" { type = string }
variable "mode" { type = string }
variable "gateway" { type = string }
variable "address" { type = string }
variable "vpn_key" {
  type      = string
  sensitive = true
  ephemeral = true
  validation {
    condition     = var.vpn_key != null
    error_message = "The VPN needs its vpn_key: openssl rand -base64 32, the same on both sides."
  }
}
variable "vpn_key_version" { type = string }
variable "ts_cidr" { type = string }
variable "tc_cidr" {
  type = string
  validation {
    condition     = var.tc_cidr != var.ts_cidr
    error_message = "The ranges of both parties must differ: one of you chooses another."
  }
}
variable "ts_asn" { type = number }
variable "tc_asn" { type = number }
variable "tc_vpn_gateway" { type = string }
variable "tc_vpnip_address" { type = string }
