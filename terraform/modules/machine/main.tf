# What a confidential technology demands of a machine, in one table. No provider is needed.
# Sources: Confidential VM "Supported configurations" and the compute_instance page of the google provider.
terraform {
  required_version = ">= 1.11"
}

variable "confidential_type" {
  description = "SEV, SEV_SNP or TDX; null for a VM that is not confidential."
  type        = string
  default     = null
  validation {
    condition     = var.confidential_type == null || contains(["SEV", "SEV_SNP", "TDX"], coalesce(var.confidential_type, "-"))
    error_message = "confidential_type is SEV, SEV_SNP, TDX or null."
  }
}

variable "machine_type" {
  description = "Machine type; null takes the smallest that fits the confidential type."
  type        = string
  default     = null
}

locals {
  table = {
    NONE    = { families = [], smallest = "e2-small", min_cpu_platform = null, on_host_maintenance = "MIGRATE" }
    SEV     = { families = ["n2d", "c2d", "c3d", "c4d"], smallest = "n2d-standard-2", min_cpu_platform = "AMD Milan", on_host_maintenance = "TERMINATE" }
    SEV_SNP = { families = ["n2d"], smallest = "n2d-standard-2", min_cpu_platform = "AMD Milan", on_host_maintenance = "TERMINATE" }
    TDX     = { families = ["c3"], smallest = "c3-standard-4", min_cpu_platform = null, on_host_maintenance = "TERMINATE" }
  }
  row          = lookup(local.table, coalesce(var.confidential_type, "NONE"), local.table["NONE"])
  machine_type = coalesce(var.machine_type, local.row.smallest)
  family       = split("-", local.machine_type)[0]
  # Only n2d offers several CPU generations; c2d, c3d and c4d have one each, and a demand for another is refused.
  min_cpu_platform = local.family == "n2d" ? local.row.min_cpu_platform : null
}

output "machine_type" {
  description = "The machine type to use."
  value       = local.machine_type
  precondition {
    condition     = length(local.row.families) == 0 || contains(local.row.families, local.family)
    error_message = "Machine family ${local.family} does not offer ${coalesce(var.confidential_type, "NONE")}; use one of: ${join(", ", local.row.families)}."
  }
  precondition {
    condition     = var.confidential_type != "TDX" || startswith(local.machine_type, "c3-standard-")
    error_message = "TDX is offered by c3-standard machine types only."
  }
}

output "min_cpu_platform" {
  description = "Value for min_cpu_platform, or null."
  value       = local.min_cpu_platform
}

output "on_host_maintenance" {
  description = "Confidential VMs are stopped for host maintenance: a migrated one would be a changed one."
  value       = local.row.on_host_maintenance
}
