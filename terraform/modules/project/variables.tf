variable "create" {
  description = "Make a new project; false uses an existing one."
  type        = bool
}

variable "project_id" {
  description = "Project id. One that ends in -random gets a random end when the project is made."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 characters: lower case letters, digits, hyphens."
  }
  validation {
    condition     = var.create || !endswith(var.project_id, "-random")
    error_message = "Name the existing project: its id is needed when create_project is false."
  }
}

variable "project_name" {
  description = "Display name of a new project."
  type        = string
}

variable "billing_account" {
  description = "Billing account of a new project."
  type        = string
  validation {
    condition     = !var.create || var.billing_account != null
    error_message = "A new project needs a billing_account."
  }
}

variable "org_id" {
  description = "Organisation of a new project; null for none."
  type        = string
}

variable "folder_id" {
  description = "Folder of a new project, instead of org_id."
  type        = string
  validation {
    condition     = var.folder_id == null || var.org_id == null
    error_message = "Give org_id or folder_id, not both."
  }
}

variable "deletion_policy" {
  description = "PREVENT, ABANDON or DELETE: what terraform destroy does to a project that it made."
  type        = string
}

variable "apis" {
  description = "Google APIs to enable."
  type        = set(string)
}

variable "org_policies" {
  description = "Organisation policies to set on the project: constraint to {enforce} or {allowed_values} or {deny_all}."
  type = map(object({
    enforce        = optional(bool)
    deny_all       = optional(bool)
    allowed_values = optional(list(string))
  }))
}
