variable "zone" { type = string }
variable "project_id" { type = string }
variable "subnet" { type = string }
variable "internal_address" { type = string }
variable "external_address" { type = string }
variable "has_external" { type = bool }
variable "service_account" { type = string }
variable "image" { type = string }
variable "cos_image" { type = string }
variable "cos_family" { type = string }
variable "machine_type" { type = string }
variable "confidential_type" { type = string }
variable "deletion_protection" { type = bool }
variable "run_as_root" { type = bool }
variable "ts_service_account" { type = string }
variable "provisioner" {
  description = "Member of IAM who reviews, or null."
  type        = string
}
variable "access_until" { type = string }
variable "settings" {
  description = "What becomes the command line of the TokenClient."
  type = object({
    address              = string
    server_name          = string
    audience             = string
    transport            = string
    secrets              = map(string)
    pins                 = list(string)
    exchange_signing_key = bool
    reattest_seconds     = number
    log_level            = number
  })
}
