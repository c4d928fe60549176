mock_provider "google" {}

variables {
  project_id = "tc-project"
  zone       = "us-central1-a"
  name       = "tokenclient"
  boot_image = "projects/cos-cloud/global/images/cos-121-18867-199-5"
  machine = {
    machine_type        = "n2d-standard-2"
    min_cpu_platform    = "AMD Milan"
    on_host_maintenance = "TERMINATE"
    confidential_type   = "SEV_SNP"
  }
  subnet               = "projects/tc-project/regions/us-central1/subnetworks/tokenclient-subnet"
  internal_address     = "10.0.0.2"
  external_address     = "34.68.187.147"
  has_external_address = true
  service_account      = "tokenclient@tc-project.iam.gserviceaccount.com"
  metadata             = { user-data = "#cloud-config\n" }
}

run "closed" {
  assert {
    condition = google_compute_instance.this.shielded_instance_config[0] == {
      enable_secure_boot = true, enable_vtpm = true, enable_integrity_monitoring = true
    }
    error_message = "Secure Boot, vTPM and integrity monitoring"
  }
  assert {
    condition     = google_compute_instance.this.metadata == tomap({ user-data = "#cloud-config\n" })
    error_message = "exactly the metadata that was given"
  }
  assert {
    condition     = !google_compute_instance.this.can_ip_forward && !google_compute_instance.this.enable_display && !google_compute_instance.this.allow_stopping_for_update
    error_message = "no forwarding, no display, no update in place"
  }
  assert {
    condition     = google_compute_instance.this.service_account[0].email == "tokenclient@tc-project.iam.gserviceaccount.com"
    error_message = "an account of its own"
  }
  assert {
    condition     = google_compute_instance.this.confidential_instance_config[0].confidential_instance_type == "SEV_SNP" && google_compute_instance.this.scheduling[0].on_host_maintenance == "TERMINATE"
    error_message = "a confidential VM is not migrated"
  }
  assert {
    condition     = google_compute_instance.this.network_interface[0].access_config[0].nat_ip == "34.68.187.147"
    error_message = "the reserved address"
  }
}

run "same_again" {
  assert {
    condition     = output.instance_id == run.closed.instance_id
    error_message = "nothing changed, so the VM stays"
  }
}

run "other_user_data_is_another_vm" {
  variables {
    metadata = { user-data = "#cloud-config\nruncmd: []\n" }
  }
  assert {
    condition     = output.instance_id != run.closed.instance_id && google_compute_instance.this.metadata["user-data"] == "#cloud-config\nruncmd: []\n"
    error_message = "an update in place would stand in the audit log"
  }
}

run "another_machine_is_another_vm" {
  variables {
    metadata = { user-data = "#cloud-config\nruncmd: []\n" }
    machine = {
      machine_type        = "n2d-standard-4"
      min_cpu_platform    = "AMD Milan"
      on_host_maintenance = "TERMINATE"
      confidential_type   = "SEV_SNP"
    }
  }
  assert {
    condition     = output.instance_id != run.other_user_data_is_another_vm.instance_id
    error_message = "an update in place would stand in the audit log"
  }
}

run "no_external_address" {
  command = plan
  variables {
    has_external_address = false
  }
  assert {
    condition     = length(google_compute_instance.this.network_interface[0].access_config) == 0
    error_message = "no access config"
  }
}
