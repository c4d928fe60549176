mock_provider "google" {}

variables {
  create          = true
  project_id      = "ts-random"
  project_name    = "tokenserver"
  billing_account = "000C16-9779B5-12345"
  org_id          = "673208782222"
  folder_id       = null
  deletion_policy = "PREVENT"
  apis            = ["compute.googleapis.com"]
  org_policies    = {}
}

run "random_end" {
  assert {
    condition     = can(regex("^ts-[0-9a-f]{8}$", output.project_id))
    error_message = "ts-random means ts- and eight digits"
  }
  assert {
    condition     = !google_project.this[0].auto_create_network && google_project.this[0].deletion_policy == "PREVENT"
    error_message = "no default network; terraform destroy leaves the project"
  }
  assert {
    condition     = keys(google_project_service.this) == ["compute.googleapis.com"] && !google_project_service.this["compute.googleapis.com"].disable_on_destroy
    error_message = "the APIs that were asked for"
  }
}

run "the_random_end_stays" {
  assert {
    condition     = output.project_id == run.random_end.project_id
    error_message = "a second apply keeps the project"
  }
}

run "naming_the_made_project_keeps_it" {
  variables {
    project_id = run.random_end.project_id
  }
  assert {
    condition     = google_project.this[0].project_id == run.random_end.project_id
    error_message = "as after: export TF_VAR_ts_project_id=`terraform output -raw ts_project_id`"
  }
}

run "existing_project" {
  command = plan
  variables {
    create          = false
    project_id      = "my-project"
    billing_account = null
  }
  assert {
    condition     = length(google_project.this) == 0 && length(data.google_project.existing) == 1
    error_message = "nothing is made"
  }
}

run "existing_project_without_a_name" {
  command = plan
  variables {
    create = false
  }
  expect_failures = [var.project_id]
}

run "new_project_without_billing" {
  command = plan
  variables {
    billing_account = null
  }
  expect_failures = [var.billing_account]
}

run "organisation_and_folder" {
  command = plan
  variables {
    folder_id = "123"
  }
  expect_failures = [var.folder_id]
}

run "organisation_policies" {
  command = plan
  variables {
    create     = false
    project_id = "my-project"
    org_policies = {
      "compute.requireShieldedVm"                = { enforce = true }
      "compute.restrictNonConfidentialComputing" = { deny_all = true }
      "iam.allowedPolicyMemberDomains"           = { allowed_values = ["C0123abcd"] }
    }
  }
  assert {
    condition     = google_org_policy_policy.this["compute.requireShieldedVm"].spec[0].rules[0].enforce == "TRUE"
    error_message = "enforced"
  }
  assert {
    condition     = google_org_policy_policy.this["compute.restrictNonConfidentialComputing"].spec[0].rules[0].deny_all == "TRUE"
    error_message = "all denied"
  }
  assert {
    condition     = google_org_policy_policy.this["iam.allowedPolicyMemberDomains"].spec[0].rules[0].values[0].allowed_values == tolist(["C0123abcd"])
    error_message = "listed"
  }
  assert {
    condition     = contains(keys(google_project_service.this), "orgpolicy.googleapis.com")
    error_message = "the API of policies is enabled with them"
  }
}
