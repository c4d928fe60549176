locals {
  random_id  = var.create && endswith(var.project_id, "-random")
  project_id = local.random_id ? "${trimsuffix(var.project_id, "random")}${terraform_data.suffix[0].output}" : var.project_id
  apis       = setunion(var.apis, length(var.org_policies) > 0 ? ["orgpolicy.googleapis.com"] : [])
}

# Random once: later plans compute another value and ignore it.
resource "terraform_data" "suffix" {
  count = local.random_id ? 1 : 0
  input = substr(sha256(uuid()), 0, 8)
  lifecycle {
    ignore_changes = [input]
  }
}

resource "google_project" "this" {
  count               = var.create ? 1 : 0
  name                = var.project_name
  project_id          = local.project_id
  billing_account     = var.billing_account
  org_id              = var.org_id
  folder_id           = var.folder_id
  auto_create_network = false
  deletion_policy     = var.deletion_policy
}

data "google_project" "existing" {
  count      = var.create ? 0 : 1
  project_id = var.project_id
}

resource "google_project_service" "this" {
  for_each           = local.apis
  project            = var.create ? google_project.this[0].project_id : var.project_id
  service            = each.value
  disable_on_destroy = false
}

resource "google_org_policy_policy" "this" {
  for_each = var.org_policies
  name     = "projects/${var.create ? google_project.this[0].project_id : var.project_id}/policies/${each.key}"
  parent   = "projects/${var.create ? google_project.this[0].project_id : var.project_id}"
  spec {
    rules {
      enforce  = each.value.enforce == null ? null : upper(tostring(each.value.enforce))
      deny_all = each.value.deny_all == null ? null : upper(tostring(each.value.deny_all))
      dynamic "values" {
        for_each = each.value.allowed_values == null ? [] : [each.value.allowed_values]
        content {
          allowed_values = values.value
        }
      }
    }
  }
  depends_on = [google_project_service.this]
}
