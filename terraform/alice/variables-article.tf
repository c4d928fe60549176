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

variable "ts_project_name" {
  description = "Display name of a new project."
  type        = string
  default     = "tokenserver"
}

variable "ts_project_id" {
  description = "Project id. ts-random makes one with a random end; with create_project = false it names an existing project."
  type        = string
  default     = "ts-random"
}

variable "region" {
  description = "Region of network, registry, VPN."
  type        = string
  default     = "us-central1"
}

variable "zone" {
  description = "Zone of the VM. With several replicas they are spread over the region."
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

variable "collection_id" {
  description = "Firestore collection of the approvals; state of the servers is kept in the same name with _state."
  type        = string
  default     = "foo"
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,99}$", var.collection_id))
    error_message = "A collection name: a letter, then letters, digits, underscore, hyphen."
  }
}

variable "gae_location_id" {
  description = "Location of the Firestore database. The article's us-central is read as nam5. There is no App Engine any more."
  type        = string
  default     = "nam5"
}

variable "allowedclientsubnet" {
  description = "One more range beside allowed_client_cidrs. The article's default, the whole world, is gone."
  type        = string
  default     = null
  validation {
    condition     = var.allowedclientsubnet == null || can(cidrhost(coalesce(var.allowedclientsubnet, "-"), 0))
    error_message = "A range in CIDR notation, for example 203.0.113.7/32."
  }
  validation {
    condition     = var.allowedclientsubnet == null || var.allow_world || tonumber(split("/", "${coalesce(var.allowedclientsubnet, "-")}/32")[1]) >= 8
    error_message = "A range of /7 or wider is the world. Name the addresses of the clients, or say allow_world = true."
  }
}

variable "tls_server_ca" {
  description = "PEM file with the authorities that sign client certificates."
  type        = string
  default     = "../../certs/out/tls-ca.crt"
}

variable "tls_server_crt" {
  description = "PEM file with the certificate of the TokenServer."
  type        = string
  default     = "../../certs/out/tokenservice.crt"
}

variable "tls_server_key" {
  description = "PEM file with its private key. Its content goes to Secret Manager and nowhere else."
  type        = string
  default     = "../../certs/out/tokenservice.key"
}

variable "ts_image_hash" {
  description = "TokenServer image by digest: sha256:HEX in your own registry, or NAME@sha256:HEX. Null until it is built."
  type        = string
  default     = null
  validation {
    condition     = var.ts_image_hash == null || can(regex("^([a-z0-9][A-Za-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$", var.ts_image_hash))
    error_message = "Name the image by digest: sha256:HEX or NAME@sha256:HEX. A tag can be given to another image."
  }
}

variable "ts_pcr" {
  description = "Register that ts_pcr_value is about."
  type        = string
  default     = "0"
}

variable "ts_pcr_value" {
  description = "One more allowed value of ts_pcr, as in expected_pcrs. No value is assumed: the article's is of older firmware."
  type        = string
  default     = null
}

variable "ts_cidr" {
  description = "Range of your subnetwork."
  type        = string
  default     = "192.168.0.0/16"
}

variable "ts_internal_ip" {
  description = "Internal address of the TokenServer; null or empty takes a free one."
  type        = string
  default     = null
}

variable "ts_external_ip" {
  description = "Reserved external address of yours; null or empty reserves a new one."
  type        = string
  default     = null
}

variable "vpn_key" {
  description = "Pre-shared key of the VPN: openssl rand -base64 32. It is kept in no state."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = var.vpn_key == null || length(coalesce(var.vpn_key, "-")) >= 24
    error_message = "The vpn_key has at least 24 characters: openssl rand -base64 32."
  }
  validation {
    condition     = var.vpn_key != null || var.connectivity != "vpn" || (var.vpn_mode == "ha" ? var.tc_vpn_gateway == null : var.tc_vpnip_address == null)
    error_message = "The VPN needs its vpn_key: openssl rand -base64 32, the same on both sides."
  }
}

variable "ts_provisioner" {
  description = "Who approves: an e-mail address, or user:, group: or serviceAccount: and the address. Null grants nothing."
  type        = string
  default     = null
}

# What Bob tells you.

variable "tc_cidr" {
  description = "From Bob: range of his subnetwork, for the VPN."
  type        = string
  default     = "10.0.0.0/16"
}

variable "tc_vpnip_address" {
  description = "From Bob: address of his VPN gateway (vpn_mode classic_static)."
  type        = string
  default     = null
}

variable "tc_project_id" {
  description = "From Bob: his project."
  type        = string
  default     = null
  validation {
    condition     = var.tc_project_id == null || can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.tc_project_id))
    error_message = "A project id has 6 to 30 characters: lower case letters, digits, hyphens."
  }
}

variable "tc_instance_id" {
  description = "From Bob: numeric id of his VM."
  type        = string
  default     = null
  validation {
    condition     = var.tc_instance_id == null || can(regex("^[1-9][0-9]{0,19}$", var.tc_instance_id))
    error_message = "The numeric id of the VM."
  }
}

variable "tc_address" {
  description = "From Bob: address of his VM, or any. Only for the provisioner's command line."
  type        = string
  default     = null
  validation {
    condition     = var.tc_address == null || var.tc_address == "any" || can(cidrhost("${coalesce(var.tc_address, "-")}/32", 0))
    error_message = "An IPv4 address, or any."
  }
  validation {
    condition     = var.connectivity != "psc" || var.tc_address == null || var.tc_address == "any"
    error_message = "Private Service Connect hides the address of Bob's VM behind psc_nat_cidr: approve it with any. The client certificate and the TPM still tell the VM."
  }
  validation {
    condition     = var.connectivity != "public" || var.tc_natip_address == null || var.tc_address == null || var.tc_address == "any" || var.tc_address == var.tc_natip_address
    error_message = "Bob's VM stands behind a NAT: the TokenServer sees tc_natip_address, so approve that one, or any. Other VMs behind the same NAT have it too."
  }
}
