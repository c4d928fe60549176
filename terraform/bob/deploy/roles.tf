# What Alice may read, and nothing else: her server at each release, her provisioner at the review. The test
# test/terraform/roles compares these lists with what the programs and the scripts in gcloud/ use.
locals {
  instance_permissions = ["compute.instances.get", "compute.instances.getShieldedInstanceIdentity"]
  disk_permissions     = ["compute.disks.get"]
  project_permissions = [
    "compute.instanceSettings.get", # metadata of the zone
    "compute.projects.get",         # metadata of the project
    "logging.logEntries.list",      # who changed the VM
  ]
  # Images of project cos-cloud are open to everybody; an image of this project is not.
  image_permissions = startswith(module.boot_image.image, "projects/${var.project_id}/") ? ["compute.images.get"] : []

  reviewers = merge(
    { server = "serviceAccount:${var.ts_service_account}" },
    var.provisioner == null ? {} : { provisioner = var.provisioner },
  )
  conditions = var.access_until == null ? [] : ["request.time < timestamp(\"${var.access_until}\")"]
}

resource "google_project_iam_custom_role" "instance" {
  project     = var.project_id
  role_id     = "tokenReviewInstance"
  title       = "Review one VM"
  permissions = local.instance_permissions
}

resource "google_project_iam_custom_role" "disk" {
  project     = var.project_id
  role_id     = "tokenReviewDisk"
  title       = "Review one disk"
  permissions = local.disk_permissions
}

resource "google_project_iam_custom_role" "project" {
  project     = var.project_id
  role_id     = "tokenReviewProject"
  title       = "Review metadata and audit log of the project"
  permissions = concat(local.project_permissions, local.image_permissions)
}

# A new VM of the same name comes without the grants of the old one.
resource "terraform_data" "vm" {
  input = module.vm.instance_id
}

resource "google_compute_instance_iam_member" "reviewer" {
  for_each      = local.reviewers
  project       = var.project_id
  zone          = var.zone
  instance_name = module.vm.name
  role          = google_project_iam_custom_role.instance.id
  member        = each.value
  dynamic "condition" {
    for_each = local.conditions
    content {
      title      = "until the agreed day"
      expression = condition.value
    }
  }
  lifecycle {
    replace_triggered_by = [terraform_data.vm]
  }
}

resource "google_compute_disk_iam_member" "reviewer" {
  for_each = local.reviewers
  project  = var.project_id
  zone     = var.zone
  name     = module.vm.boot_disk
  role     = google_project_iam_custom_role.disk.id
  member   = each.value
  lifecycle {
    replace_triggered_by = [terraform_data.vm]
  }
}

resource "google_project_iam_member" "reviewer" {
  for_each = local.reviewers
  project  = var.project_id
  role     = google_project_iam_custom_role.project.id
  member   = each.value
  dynamic "condition" {
    for_each = local.conditions
    content {
      title      = "until the agreed day"
      expression = condition.value
    }
  }
}
