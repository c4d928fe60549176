variable "region" { type = string }
variable "project" {
  description = "How the project is made or found, in the form of modules/party."
  type        = any
}
variable "cidr" { type = string }
variable "internal_ip" { type = string }
variable "external_ip" { type = string }
variable "connectivity" { type = string }
variable "vpn_mode" { type = string }
variable "is_group" { type = bool }
variable "client_cidrs" { type = list(string) }
variable "psc_nat_cidr" { type = string }
variable "port" { type = number }
variable "health_port" { type = number }
variable "enable_nat" { type = bool }
variable "restrict_egress" { type = bool }
variable "collection_id" { type = string }
variable "create_firestore" { type = bool }
variable "firestore_location" { type = string }
variable "kms_protection_level" { type = string }
variable "certificate_files" { type = map(string) }
variable "certificate_version" { type = number }
variable "provisioner" {
  description = "Member of IAM who approves, or null."
  type        = string
}
variable "vpn_peer_deployer" {
  description = "Member of IAM who applies Bob's terraform, or null."
  type        = string
}
variable "server_writes_log" { type = bool }
