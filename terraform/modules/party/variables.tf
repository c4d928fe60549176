variable "name" {
  description = "Name of the network, the account and the repository; other names begin with it."
  type        = string
}

variable "display_name" {
  description = "Display name of the service account."
  type        = string
}

variable "region" {
  description = "Region of everything that has one."
  type        = string
}

variable "project" {
  description = "How the project is made or found."
  type = object({
    create          = bool
    id              = string
    name            = string
    billing_account = string
    org_id          = string
    folder_id       = string
    deletion_policy = string
    org_policies = map(object({
      enforce        = optional(bool)
      deny_all       = optional(bool)
      allowed_values = optional(list(string))
    }))
  })
}

variable "apis" {
  description = "Google APIs to enable."
  type        = set(string)
}

variable "cidr" {
  description = "Range of the subnetwork."
  type        = string
}

variable "internal_ip" {
  description = "Internal address to reserve; null or empty leaves the choice to Google."
  type        = string
}

variable "external_ip" {
  description = "External address that was reserved before; null or empty for a new one."
  type        = string
}

variable "has_external" {
  description = "Is there an external address? Known at plan time."
  type        = bool
}

variable "enable_nat" {
  description = "Cloud NAT with one reserved address."
  type        = bool
}

variable "restrict_egress" {
  description = "Let only what is named out, to Google APIs by Private Google Access."
  type        = bool
}

variable "egress_cidrs" {
  description = "Ranges beside those of Google APIs that port 443 is open to."
  type        = list(string)
}

variable "certificate_files" {
  description = "Secret id to the path of the PEM file that it holds."
  type        = map(string)
}

variable "certificate_version" {
  description = "Raise it after the files changed."
  type        = number
}

variable "vpn_mode" {
  description = "ha, classic_static, or none."
  type        = string
}

variable "vpn_peer_deployer" {
  description = "Member of IAM who applies the other party's terraform, or null."
  type        = string
}
