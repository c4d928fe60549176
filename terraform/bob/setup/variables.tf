variable "region" { type = string }
variable "project" {
  description = "How the project is made or found, in the form of modules/party."
  type        = any
}
variable "cidr" { type = string }
variable "internal_ip" { type = string }
variable "external_ip" { type = string }
variable "has_external" { type = bool }
variable "enable_nat" { type = bool }
variable "vpn_mode" { type = string }
variable "vpn_peer_deployer" {
  description = "Member of IAM who applies Alice's terraform, or null."
  type        = string
}
variable "restrict_egress" { type = bool }
variable "egress_cidrs" { type = list(string) }
variable "server_cidr" {
  description = "Address of the TokenServer as a range; null with psc or until it is known."
  type        = string
}
variable "port" { type = number }
variable "psc_attachment" { type = string }
variable "certificate_files" { type = map(string) }
variable "certificate_version" { type = number }
