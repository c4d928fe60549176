variable "region" { type = string }
variable "zone" { type = string }
variable "project_id" { type = string }
variable "network" { type = string }
variable "subnet" { type = string }
variable "internal_address" { type = string }
variable "external_address" { type = string }
variable "connectivity" { type = string }
variable "is_group" { type = bool }
variable "replicas" { type = number }
variable "psc_nat_subnet" { type = string }
variable "psc_consumer" {
  description = "Bob's project, the only one that may connect by Private Service Connect; null for nobody yet."
  type        = string
}
variable "service_account" { type = string }
variable "image" { type = string }
variable "cos_image" { type = string }
variable "cos_family" { type = string }
variable "machine_type" { type = string }
variable "confidential_type" { type = string }
variable "port" { type = number }
variable "health_port" { type = number }
variable "cloud_logging" { type = bool }
variable "settings" {
  description = "What becomes the command line of the TokenServer."
  type = object({
    transport             = string
    secrets               = map(string)
    audience              = string
    collection_id         = string
    expected_pcrs         = map(list(string))
    validate_peer_ip      = bool
    validate_peer_sn      = bool
    token_max_age_seconds = number
    decision_log          = string
    log_level             = number
  })
}
