locals {
  digest    = var.image_hash == null ? null : "sha256:${split("sha256:", var.image_hash)[1]}"
  reference = var.image_hash == null ? null : strcontains(var.image_hash, "@") ? var.image_hash : "${var.repository_path}/${var.name}@${var.image_hash}"
}

# A service account of its own: the default one of Compute Engine may be switched off, and could do more.
resource "google_service_account" "build" {
  count        = var.run_build ? 1 : 0
  project      = var.project_id
  account_id   = "${var.name}-build"
  display_name = "builds the image ${var.name}"
}

resource "google_artifact_registry_repository_iam_member" "build" {
  count      = var.run_build ? 1 : 0
  project    = var.project_id
  location   = var.region
  repository = var.repository
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build[0].member
}

resource "google_project_iam_member" "build" {
  for_each = var.run_build ? toset(["roles/logging.logWriter", "roles/storage.objectViewer"]) : toset([])
  project  = var.project_id
  role     = each.value
  member   = google_service_account.build[0].member
}

# The build is reproducible: it pushes nothing but what has this digest (docs/images.md).
resource "terraform_data" "build" {
  count            = var.run_build ? 1 : 0
  triggers_replace = [local.digest]
  provisioner "local-exec" {
    working_dir = var.app_source_dir
    command     = "gcloud builds submit . --project \"$PROJECT\" --region \"$REGION\" --config \"$CONFIG\" --service-account \"$ACCOUNT\" --substitutions \"_TARGET=$TARGET,_IMAGE=$IMAGE,_DIGEST=$DIGEST\""
    environment = {
      PROJECT = var.project_id
      REGION  = var.region
      CONFIG  = "images/cloudbuild.yaml"
      ACCOUNT = google_service_account.build[0].id
      TARGET  = var.name
      IMAGE   = "${var.repository_path}/${var.name}:${substr(split(":", local.digest)[1], 0, 12)}"
      DIGEST  = local.digest
    }
  }
  depends_on = [google_artifact_registry_repository_iam_member.build, google_project_iam_member.build]
}
