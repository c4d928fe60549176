variable "project_id" {
  description = "Project of the group."
  type        = string
}

variable "region" {
  description = "Region of group and load balancer."
  type        = string
}

variable "name" {
  description = "Names begin with it."
  type        = string
}

variable "size" {
  description = "Number of VMs."
  type        = number
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

variable "network" {
  description = "Id of the network."
  type        = string
}

variable "subnet" {
  description = "Id of the subnetwork."
  type        = string
}

variable "address" {
  description = "Reserved internal address of the load balancer."
  type        = string
}

variable "service_account" {
  description = "E-mail of the service account that the VMs run as."
  type        = string
}

variable "metadata" {
  description = "The exact instance metadata, from the module cloud-config."
  type        = map(string)
}

variable "port" {
  description = "Port of the service."
  type        = number
}

variable "health_port" {
  description = "Port of grpc.health.v1, without TLS."
  type        = number
}
