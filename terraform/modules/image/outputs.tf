output "is_known" {
  description = "Is there an image, or will there be one? Known at plan time."
  value       = local.is_known
}

output "reference" {
  description = "HOST/PATH/NAME@sha256:HEX; null when there is no image yet."
  value       = var.run_build ? data.google_artifact_registry_docker_image.built[0].self_link : local.given_ref
}

output "digest" {
  description = "sha256:HEX; null when there is no image yet."
  value       = var.run_build ? "sha256:${split("@sha256:", data.google_artifact_registry_docker_image.built[0].self_link)[1]}" : var.given == null ? null : "sha256:${split("sha256:", var.given)[1]}"
}
