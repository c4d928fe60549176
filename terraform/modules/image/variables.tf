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

variable "image_hash" {
  description = "Digest (sha256:...) in the own repository, or a whole name NAME@sha256:...; null until there is an image."
  type        = string
  validation {
    condition     = var.image_hash == null || can(regex("^([a-z0-9][A-Za-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$", var.image_hash))
    error_message = "Name the image by digest: sha256:HEX or NAME@sha256:HEX. A tag can be given to another image."
  }
}

variable "run_build" {
  description = "Build with Cloud Build from app_source_dir on apply, when the digest is another."
  type        = bool
  validation {
    condition     = !var.run_build || startswith(coalesce(var.image_hash, "-"), "sha256:")
    error_message = "run_build pushes the image that has the digest you name, and no other: give it as sha256:HEX (npm run image prints it)."
  }
}

variable "app_source_dir" {
  description = "Directory that is sent to Cloud Build: the sources, with images/cloudbuild.yaml."
  type        = string
}
