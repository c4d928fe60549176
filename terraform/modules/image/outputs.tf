output "is_known" {
  description = "Is there an image, or will there be one? Known at plan time."
  value       = var.image_hash != null
}

output "image" {
  description = "HOST/PATH/NAME@sha256:HEX, known when it is built; null when there is no image yet."
  value       = local.reference
  depends_on  = [terraform_data.build]
}

output "image_hash" {
  description = "sha256:HEX; null when there is no image yet."
  value       = local.digest
}
