mock_provider "google" {
  mock_data "google_compute_image" {
    defaults = { name = "cos-121-18867-199-5" }
  }
}

mock_provider "google" {
  alias = "later"
  mock_data "google_compute_image" {
    defaults = { name = "cos-121-18867-294-1" }
  }
}

variables {
  image  = null
  family = "cos-121-lts"
}

run "looked_up_once" {
  assert {
    condition     = output.image == "projects/cos-cloud/global/images/cos-121-18867-199-5"
    error_message = "the newest of the family, by its name"
  }
}

run "a_newer_one_does_not_arrive_by_itself" {
  providers = { google = google.later }
  assert {
    condition     = data.google_compute_image.newest[0].name == "cos-121-18867-294-1" && output.image == "projects/cos-cloud/global/images/cos-121-18867-199-5"
    error_message = "the image stays"
  }
}

run "a_named_one_is_taken" {
  variables {
    image = "projects/cos-cloud/global/images/cos-125-19216-1-2"
  }
  assert {
    condition     = output.image == "projects/cos-cloud/global/images/cos-125-19216-1-2" && length(data.google_compute_image.newest) == 0
    error_message = "nothing is looked up"
  }
}

run "a_family_is_refused" {
  command = plan
  variables {
    image = "projects/cos-cloud/global/images/family/cos-stable"
  }
  expect_failures = [var.image]
}
