variable "project_id" {
  description = "Project of the secrets."
  type        = string
}

variable "files" {
  description = "Secret id to the path of the PEM file that it holds. The content is sent to Google and kept nowhere else."
  type        = map(string)
}

variable "data_version" {
  description = "Raise it after the files changed: terraform does not keep their content, so it cannot see a change."
  type        = number
}

variable "reader" {
  description = "E-mail of the service account that reads the secrets."
  type        = string
}

resource "google_secret_manager_secret" "this" {
  for_each  = var.files
  project   = var.project_id
  secret_id = each.key
  replication {
    auto {}
  }
}

# Write-only: neither plan nor state holds the content. The old version is disabled, not destroyed, when a new one is there.
resource "google_secret_manager_secret_version" "this" {
  for_each               = var.files
  secret                 = google_secret_manager_secret.this[each.key].id
  secret_data_wo         = file(each.value)
  secret_data_wo_version = var.data_version
  deletion_policy        = "DISABLE"
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = var.files
  project   = var.project_id
  secret_id = google_secret_manager_secret.this[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${var.reader}"
}

output "versions" {
  description = "Secret id to the version that holds the file: projects/P/secrets/S/versions/V."
  value       = { for id, version in google_secret_manager_secret_version.this : id => version.name }
}

output "names" {
  description = "Secret id to the secret without version, projects/P/secrets/S: a new version leaves it as it is."
  value       = { for id, secret in google_secret_manager_secret.this : id => secret.name }
  depends_on  = [google_secret_manager_secret_version.this]
}
