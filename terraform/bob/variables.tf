variable "create_project" {
  description = "Make a new project; false uses the existing one of tc_project_id."
  type        = bool
  default     = true
}

variable "folder_id" {
  description = "Folder of a new project, instead of org_id."
  type        = string
  default     = null
}

variable "project_deletion_policy" {
  description = "PREVENT, ABANDON or DELETE: what terraform destroy does to a project that it made."
  type        = string
  default     = "PREVENT"
}

variable "org_policies" {
  description = "Organisation policies to set on the project, constraint to {enforce}, {deny_all} or {allowed_values}. None by default."
  type = map(object({
    enforce        = optional(bool)
    deny_all       = optional(bool)
    allowed_values = optional(list(string))
  }))
  default = {}
}

variable "access_until" {
  description = "End of what Alice may read in your project, as 2027-01-31T00:00:00Z; null for no end. Without it her server refuses your VM."
  type        = string
  default     = null
  validation {
    condition     = var.access_until == null || can(formatdate("YYYY", coalesce(var.access_until, "-")))
    error_message = "An instant such as 2027-01-31T00:00:00Z."
  }
}

variable "run_build" {
  description = "Build the image of tc_image_hash with Cloud Build on apply, by gcloud on this machine."
  type        = bool
  default     = false
  validation {
    condition     = !var.run_build || startswith(coalesce(var.tc_image_hash, "-"), "sha256:")
    error_message = "run_build pushes the image that has the digest you name, and no other: give tc_image_hash as sha256:HEX (npm run image prints it)."
  }
}

variable "transport" {
  description = "From Alice: mtls, or tls without client certificate."
  type        = string
  default     = "mtls"
  validation {
    condition     = contains(["mtls", "tls", "alts"], var.transport)
    error_message = "transport is mtls or tls."
  }
  validation {
    condition     = var.transport != "alts"
    error_message = "ALTS is not there yet: use transport = \"mtls\"."
  }
}

variable "cert_data_version" {
  description = "Raise it after the certificate files changed. The VM is made anew, and Alice reviews it anew."
  type        = number
  default     = 1
}

variable "ts_audience" {
  description = "From Alice: audience of the identity tokens. Null until she tells; the VM is made then."
  type        = string
  default     = null
}

variable "tls_server_pins" {
  description = "From Alice: pins of her CA and of her spare one (sha256/...). The VM is made when there is one; two let her change her CA."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for pin in var.tls_server_pins : can(regex("^sha256/[A-Za-z0-9+/]{43}=$", pin))])
    error_message = "A pin is sha256/ and 44 characters of base64."
  }
}

variable "exchange_signing_key" {
  description = "Let the TPM make a signing key that Alice can verify with (--exchangeSigningKey)."
  type        = bool
  default     = false
}

variable "reattest_seconds" {
  description = "Prove the VM anew every so many seconds; null for never."
  type        = number
  default     = null
}

variable "cos_image" {
  description = "Container-Optimized OS image, projects/cos-cloud/global/images/NAME; null looks one up in cos_family once."
  type        = string
  default     = null
  validation {
    condition     = var.cos_image == null || can(regex("^projects/[a-z][a-z0-9-]{4,28}[a-z0-9]/global/images/[a-z][-a-z0-9]{0,62}$", var.cos_image))
    error_message = "Name one image, projects/PROJECT/global/images/NAME; a family is not enough."
  }
}

variable "cos_family" {
  description = "Image family for the look-up."
  type        = string
  default     = "cos-121-lts"
}

variable "machine_type" {
  description = "Machine type; null takes the smallest that fits."
  type        = string
  default     = null
}

variable "confidential_type" {
  description = "SEV, SEV_SNP, TDX, or null."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Refuse to delete the VM."
  type        = bool
  default     = false
}

variable "log_level" {
  description = "--v of the TokenClient; 19 at most."
  type        = number
  default     = 0
  validation {
    condition     = var.log_level >= 0 && var.log_level <= 19
    error_message = "log_level is 0 to 19: Alice's review fails a client above it, where the Go client printed secrets."
  }
}

variable "run_as_root" {
  description = "Run the client as user 0 without capabilities: only where the log says that /dev/tpmrm0 may not be opened. Alice's review warns of it."
  type        = bool
  default     = false
}
