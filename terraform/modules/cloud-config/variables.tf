variable "role" {
  description = "server for Alice's TokenServer, client for Bob's TokenClient."
  type        = string
  validation {
    condition     = contains(["server", "client"], var.role)
    error_message = "role is server or client."
  }
}

variable "image" {
  description = "Container image by digest, HOST/PROJECT/REPOSITORY/NAME@sha256:HEX. A tag could be given to another image after the approval."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9._/-]*@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image as HOST/PROJECT/REPOSITORY/NAME@sha256: and 64 hexadecimal digits."
  }
}

variable "arguments" {
  description = "Flags of the program, one word an entry. Whoever may read the VM reads them: no secret and no key belongs here."
  type        = list(string)
  validation {
    condition     = alltrue([for word in var.arguments : can(regex("^[A-Za-z0-9_./:=,@+-]+$", word))])
    error_message = "A word has letters, digits and _ . / : = , @ + - only: the service manager gives other characters a meaning."
  }
  validation {
    condition     = alltrue([for word in var.arguments : !can(regex("^--?endpoints(=|$)", word))])
    error_message = "--endpoints is for local use: it points the program at something that is not Google Cloud."
  }
  validation {
    condition     = alltrue([for word in var.arguments : !can(regex("^--?v(=|$)", word)) || can(regex("^--v=1?[0-9]$", word))])
    error_message = "Write --v=N with N up to 19: above it the log says more than others should read."
  }
  validation {
    condition     = anytrue([for word in var.arguments : can(regex("^--tsAudience(=|$)", word))])
    error_message = "--tsAudience is missing: both parties name the audience of the identity token."
  }
  validation {
    condition     = var.role == "server" || anytrue([for word in var.arguments : can(regex("^--address(=|$)", word))])
    error_message = "--address is missing: the client does not know where Alice's server is."
  }
  validation {
    condition     = var.role == "server" || anytrue([for word in var.arguments : can(regex("^(--tlsServerPin=)?sha256/[A-Za-z0-9+/]{43}=$", word))])
    error_message = "--tlsServerPin is missing: give the pins of Alice's CA and of her spare one (npm run certs prints them)."
  }
}

variable "ports" {
  description = "TCP ports of the VM that reach the container: the server's gRPC port, and its health port behind a load balancer."
  type        = list(number)
  default     = []
  validation {
    condition     = alltrue([for port in var.ports : port > 1023 && port < 65536 && floor(port) == port])
    error_message = "A port is a whole number from 1024 to 65535: the program has no right to a lower one."
  }
  validation {
    condition     = var.role == "server" || length(var.ports) == 0
    error_message = "The client is called by nobody: it has no ports."
  }
}

variable "local_addresses" {
  description = "IPv4 addresses of an internal passthrough load balancer before the server. The guest agent would take them on, and it is off."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for address in var.local_addresses : can(cidrnetmask("${address}/32"))])
    error_message = "Give IPv4 addresses."
  }
  validation {
    condition     = var.role == "server" || length(var.local_addresses) == 0
    error_message = "Only servers stand behind a load balancer."
  }
}

variable "service_gid" {
  description = "User and group id of the program, and group of /dev/tpmrm0. The images are made for 2000."
  type        = number
  default     = 2000
  validation {
    condition     = var.service_gid >= 2000 && var.service_gid <= 4999 && floor(var.service_gid) == var.service_gid
    error_message = "Container-Optimized OS leaves the ids 2000 to 4999 to its users."
  }
}

variable "run_as_root" {
  description = "Run as user 0 without capabilities: where the group of /dev/tpmrm0 cannot be changed. Alice's review warns of it."
  type        = bool
  default     = false
}

variable "memory_mb" {
  description = "Memory of the container in MiB; there is no swap beside it."
  type        = number
  default     = 512
}

variable "image_storage_mb" {
  description = "Memory for what docker keeps, in MiB: the image is pulled anew at each boot, so nobody can edit its layers on the disk."
  type        = number
  default     = 768
}

variable "cloud_logging" {
  description = "Send what the container prints to Cloud Logging of this project. For the server only: the client's log would go to Bob."
  type        = bool
  default     = false
  validation {
    condition     = var.role == "server" || !var.cloud_logging
    error_message = "The client prints to the journal of its VM only."
  }
}
