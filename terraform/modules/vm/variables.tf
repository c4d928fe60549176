variable "project_id" {
  description = "Project of the VM."
  type        = string
}

variable "zone" {
  description = "Zone of the VM."
  type        = string
}

variable "name" {
  description = "Name of the VM and of its boot disk."
  type        = string
}

variable "boot_image" {
  description = "Image by name: projects/P/global/images/NAME."
  type        = string
}

variable "machine" {
  description = "Outputs of the module machine, and the confidential type."
  type = object({
    machine_type        = string
    min_cpu_platform    = string
    on_host_maintenance = string
    confidential_type   = string
  })
}

variable "subnet" {
  description = "Id of the subnetwork."
  type        = string
}

variable "internal_address" {
  description = "Reserved internal address."
  type        = string
}

variable "external_address" {
  description = "Reserved external address; null for none."
  type        = string
}

variable "has_external_address" {
  description = "Is there an external address? Known at plan time."
  type        = bool
}

variable "service_account" {
  description = "E-mail of the service account that the VM runs as."
  type        = string
}

variable "metadata" {
  description = "The exact instance metadata, from the module cloud-config."
  type        = map(string)
}

variable "deletion_protection" {
  description = "Refuse to delete the VM."
  type        = bool
  default     = false
}
