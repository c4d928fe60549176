variable "create_project" {
  description = "Make a new project; false uses the existing one of ts_project_id."
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

variable "create_firestore" {
  description = "Make the (default) Firestore database; false when the project has one."
  type        = bool
  default     = true
}

variable "kms_protection_level" {
  description = "SOFTWARE or HSM, of the key under which secrets rest."
  type        = string
  default     = "SOFTWARE"
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

variable "run_build" {
  description = "Build the image of ts_image_hash with Cloud Build on apply, by gcloud on this machine."
  type        = bool
  default     = false
  validation {
    condition     = !var.run_build || startswith(coalesce(var.ts_image_hash, "-"), "sha256:")
    error_message = "run_build pushes the image that has the digest you name, and no other: give ts_image_hash as sha256:HEX (npm run image prints it)."
  }
}

variable "transport" {
  description = "mtls, or tls without client certificates."
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
  description = "Raise it after the certificate files changed."
  type        = number
  default     = 1
}

variable "ts_audience" {
  description = "Audience of the identity tokens. Bob's client must have the same; it has no default there."
  type        = string
  default     = "https://tokenserver"
}

variable "sni_servername" {
  description = "DNS name in the certificate of the TokenServer; told to Bob."
  type        = string
  default     = "tokenservice.esodemoapp2.com"
}

variable "tls_server_pins" {
  description = "Pins that Bob's client demands, of your CA and of a spare one: npm run certs prints them (sha256/...)."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for pin in var.tls_server_pins : can(regex("^sha256/[A-Za-z0-9+/]{43}=$", pin))])
    error_message = "A pin is sha256/ and 44 characters of base64."
  }
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

variable "server_replicas" {
  description = "TokenServers under one address. More than one needs connectivity vpn or psc."
  type        = number
  default     = 1
  validation {
    condition     = var.server_replicas >= 1 && var.server_replicas <= 20 && floor(var.server_replicas) == var.server_replicas
    error_message = "server_replicas is a whole number from 1 to 20."
  }
}

variable "expected_pcrs" {
  description = "Register to allowed values (SHA-256 or SHA-384, hex): {\"0\" = [\"24af...\"]}. They can only refuse more than an approval does."
  type        = map(list(string))
  default     = {}
  validation {
    condition     = alltrue([for index in keys(var.expected_pcrs) : can(regex("^(1?[0-9]|2[0-3])$", index))])
    error_message = "Registers are 0 to 23."
  }
  validation {
    condition     = alltrue(flatten([for values in values(var.expected_pcrs) : [for value in values : can(regex("^([0-9a-fA-F]{64}|[0-9a-fA-F]{96})$", value))]]))
    error_message = "A value has 64 or 96 hexadecimal digits."
  }
}

variable "validate_peer_ip" {
  description = "Compare the caller's address with the approved one. False releases no attested secret."
  type        = bool
  default     = true
}

variable "validate_peer_sn" {
  description = "Compare the client certificate with the approved one; null means yes with mtls. False releases no attested secret."
  type        = bool
  default     = null
  validation {
    condition     = !(var.transport == "tls" && var.validate_peer_sn == true)
    error_message = "With transport = \"tls\" there is no client certificate to compare: leave validate_peer_sn out."
  }
}

variable "token_max_age_seconds" {
  description = "Seconds since the issue of an identity token (--jwtIssuedAtJitter)."
  type        = number
  default     = 30
}

variable "log_level" {
  description = "--v of the TokenServer; from 20 on debug lines are written."
  type        = number
  default     = 0
}

variable "decision_log" {
  description = "Name of the log in Cloud Logging that gets each decision; null for none."
  type        = string
  default     = "tokenserver-decisions"
}

variable "cloud_logging" {
  description = "Send what the TokenServer prints to Cloud Logging. Its decisions go to decision_log in any case."
  type        = bool
  default     = false
}
