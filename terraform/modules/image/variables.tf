variable "project_id" {
  description = "Project that builds."
  type        = string
}

variable "region" {
  description = "Region of the repository and of the build."
  type        = string
}

variable "repository" {
  description = "Repository id in Artifact Registry."
  type        = string
}

variable "repository_path" {
  description = "HOST/PROJECT/REPOSITORY."
  type        = string
}

variable "name" {
  description = "Name of the image."
  type        = string
}

variable "given" {
  description = "Digest (sha256:...) in the own repository, or a whole name NAME@sha256:...; null when run_build makes the image."
  type        = string
  validation {
    condition     = var.given == null || can(regex("^([a-z0-9][A-Za-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$", var.given))
    error_message = "Name the image by digest: sha256:HEX or NAME@sha256:HEX. A tag can be given to another image."
  }
}

variable "run_build" {
  description = "Build with Cloud Build from source_dir on apply."
  type        = bool
  validation {
    condition     = !(var.run_build && var.given != null)
    error_message = "Either run_build makes the image, or the variable for the digest names one."
  }
}

variable "tag" {
  description = "Tag of the image that run_build makes; raise it to build again."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.tag))
    error_message = "A tag of a container image: letters, digits, dot, hyphen, underscore."
  }
}

variable "source_dir" {
  description = "Directory that is sent to Cloud Build."
  type        = string
}

variable "build_config" {
  description = "Cloud Build configuration, relative to source_dir."
  type        = string
}
