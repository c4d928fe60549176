# The names of the article. Each is accepted; where it means something else today, the description says so.

variable "org_id" {
  description = "Organisation of a new project; leave it out when you have none."
  type        = string
  default     = null
}

variable "billing_account" {
  description = "Billing account of a new project."
  type        = string
  default     = null
}

variable "tc_project_name" {
  description = "Display name of a new project."
  type        = string
  default     = "tokenclient"
}

variable "tc_project_id" {
  description = "Project id. tc-random makes one with a random end; with create_project = false it names an existing project."
  type        = string
  default     = "tc-random"
}

variable "region" {
  description = "Region of network, registry, VPN."
  type        = string
  default     = "us-central1"
}

variable "zone" {
  description = "Zone of the VM."
  type        = string
  default     = "us-central1-a"
  validation {
    condition     = startswith(var.zone, "${var.region}-")
    error_message = "The zone lies in the region."
  }
}

variable "app_source_dir" {
  description = "Directory with the sources, for run_build."
  type        = string
  default     = "../.."
}

variable "tls_client_ca" {
  description = "PEM file with the authorities of the TokenServer's certificate."
  type        = string
  default     = "../../certs/out/tls-ca.crt"
}

variable "tls_client_crt" {
  description = "PEM file with the client certificate."
  type        = string
  default     = "../../certs/out/tokenclient.crt"
}

variable "tls_client_key" {
  description = "PEM file with its private key. Its content goes to Secret Manager and nowhere else."
  type        = string
  default     = "../../certs/out/tokenclient.key"
}

variable "tc_image_hash" {
  description = "TokenClient image by digest: sha256:HEX in your own registry, or NAME@sha256:HEX. Null until it is built."
  type        = string
  default     = null
  validation {
    condition     = var.tc_image_hash == null || can(regex("^([a-z0-9][A-Za-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$", var.tc_image_hash))
    error_message = "Name the image by digest: sha256:HEX or NAME@sha256:HEX. A tag can be given to another image."
  }
}

variable "sni_servername" {
  description = "From Alice: DNS name in the certificate of the TokenServer."
  type        = string
  default     = "tokenservice.esodemoapp2.com"
}

variable "tc_cidr" {
  description = "Range of your subnetwork."
  type        = string
  default     = "10.0.0.0/16"
}

variable "tc_internal_ip" {
  description = "Internal address of the VM; null or empty takes a free one."
  type        = string
  default     = null
}

variable "tc_external_ip" {
  description = "Reserved external address of yours; null or empty reserves a new one."
  type        = string
  default     = null
}

variable "vpn_key" {
  description = "Pre-shared key of the VPN, from Alice. It is kept in no state."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = var.vpn_key == null || length(coalesce(var.vpn_key, "-")) >= 24
    error_message = "The vpn_key has at least 24 characters: openssl rand -base64 32."
  }
  validation {
    condition     = var.vpn_key != null || var.connectivity != "vpn" || (var.vpn_mode == "ha" ? var.ts_vpn_gateway == null : var.ts_vpnip_address == null)
    error_message = "The VPN needs its vpn_key: openssl rand -base64 32, the same on both sides."
  }
}

# What Alice tells you.

variable "ts_project_id" {
  description = "From Alice: her project."
  type        = string
  default     = null
}

variable "ts_service_account" {
  description = "From Alice: service account of the TokenServer; it may read your VM."
  type        = string
  default     = null
  validation {
    condition     = var.ts_service_account == null || can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\\.iam\\.gserviceaccount\\.com$", var.ts_service_account))
    error_message = "The e-mail address of a service account: NAME@PROJECT.iam.gserviceaccount.com."
  }
}

variable "ts_provisioner" {
  description = "From Alice: who reviews your VM; an e-mail address, or user:, group: or serviceAccount: and the address."
  type        = string
  default     = null
}

variable "ts_address" {
  description = "From Alice: address of the TokenServer. Null until she tells; the VM is made then."
  type        = string
  default     = null
  validation {
    condition     = var.ts_address == null || can(regex("^[A-Za-z0-9.-]{1,253}$", var.ts_address))
    error_message = "An address or DNS name without port."
  }
}

variable "ts_cidr" {
  description = "From Alice: range of her subnetwork, for the VPN."
  type        = string
  default     = "192.168.0.0/16"
}

variable "ts_vpnip_address" {
  description = "From Alice: address of her VPN gateway (vpn_mode classic_static)."
  type        = string
  default     = null
}
