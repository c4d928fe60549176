variable "project_id" {
  description = "Project of the repository."
  type        = string
}

variable "region" {
  description = "Location of the repository."
  type        = string
}

variable "name" {
  description = "Repository id."
  type        = string
}

variable "reader" {
  description = "E-mail of the service account that pulls images."
  type        = string
}

# A tag cannot be moved to another image. What runs is named by digest all the same.
resource "google_artifact_registry_repository" "this" {
  project       = var.project_id
  location      = var.region
  repository_id = var.name
  format        = "DOCKER"
  docker_config {
    immutable_tags = true
  }
}

resource "google_artifact_registry_repository_iam_member" "reader" {
  project    = var.project_id
  location   = google_artifact_registry_repository.this.location
  repository = google_artifact_registry_repository.this.name
  role       = "roles/artifactregistry.reader"
  member     = "serviceAccount:${var.reader}"
}

output "name" {
  description = "Repository id."
  value       = google_artifact_registry_repository.this.repository_id
}

output "path" {
  description = "HOST/PROJECT/REPOSITORY, what stands before the name of an image."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.this.repository_id}"
}
