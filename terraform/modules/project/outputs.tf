output "project_id" {
  description = "Id of the project, known to callers only when its APIs are enabled."
  value       = var.create ? google_project.this[0].project_id : var.project_id
  depends_on  = [google_project_service.this]
}

output "project_number" {
  description = "Number of the project."
  value       = var.create ? google_project.this[0].number : data.google_project.existing[0].number
}
