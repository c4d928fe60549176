# Which image a VM boots. Alice approves one exact image, so a newer one of the family must not arrive by itself: it is looked up
# once and kept. To take a newer one, name it, or say -replace for terraform_data.pinned.
variable "image" {
  description = "Image to boot: projects/cos-cloud/global/images/NAME; null looks one up in the family, once."
  type        = string
  validation {
    condition     = var.image == null || can(regex("^projects/[a-z][a-z0-9-]{4,28}[a-z0-9]/global/images/[a-z][-a-z0-9]{0,62}$", var.image))
    error_message = "Name one image, projects/PROJECT/global/images/NAME; a family is not enough."
  }
}

variable "family" {
  description = "Image family of project cos-cloud for the look-up."
  type        = string
}

data "google_compute_image" "newest" {
  count   = var.image == null ? 1 : 0
  project = "cos-cloud"
  family  = var.family
}

resource "terraform_data" "pinned" {
  count = var.image == null ? 1 : 0
  input = "projects/cos-cloud/global/images/${data.google_compute_image.newest[0].name}"
  lifecycle {
    ignore_changes = [input]
  }
}

output "image" {
  description = "projects/P/global/images/NAME."
  value       = var.image == null ? terraform_data.pinned[0].output : var.image
}
