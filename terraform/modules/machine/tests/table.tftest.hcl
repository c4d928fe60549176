run "plain_vm_may_migrate" {
  command = plan
  assert {
    condition     = output.machine_type == "e2-small" && output.min_cpu_platform == null && output.on_host_maintenance == "MIGRATE"
    error_message = "a VM that is not confidential"
  }
}

run "sev" {
  command = plan
  variables {
    confidential_type = "SEV"
  }
  assert {
    condition     = output.machine_type == "n2d-standard-2" && output.min_cpu_platform == "AMD Milan" && output.on_host_maintenance == "TERMINATE"
    error_message = "SEV"
  }
}

run "sev_on_a_newer_family_names_no_platform" {
  command = plan
  variables {
    confidential_type = "SEV"
    machine_type      = "c3d-standard-4"
  }
  assert {
    condition     = output.min_cpu_platform == null && output.on_host_maintenance == "TERMINATE"
    error_message = "c3d has one platform"
  }
}

run "sev_snp" {
  command = plan
  variables {
    confidential_type = "SEV_SNP"
  }
  assert {
    condition     = output.machine_type == "n2d-standard-2" && output.min_cpu_platform == "AMD Milan" && output.on_host_maintenance == "TERMINATE"
    error_message = "SEV-SNP"
  }
}

run "tdx" {
  command = plan
  variables {
    confidential_type = "TDX"
  }
  assert {
    condition     = output.machine_type == "c3-standard-4" && output.min_cpu_platform == null && output.on_host_maintenance == "TERMINATE"
    error_message = "TDX"
  }
}

run "sev_is_not_on_e2" {
  command = plan
  variables {
    confidential_type = "SEV"
    machine_type      = "e2-medium"
  }
  expect_failures = [output.machine_type]
}

run "sev_snp_is_not_on_c2d" {
  command = plan
  variables {
    confidential_type = "SEV_SNP"
    machine_type      = "c2d-standard-4"
  }
  expect_failures = [output.machine_type]
}

run "tdx_is_not_on_highcpu" {
  command = plan
  variables {
    confidential_type = "TDX"
    machine_type      = "c3-highcpu-4"
  }
  expect_failures = [output.machine_type]
}

run "others_are_refused" {
  command = plan
  variables {
    confidential_type = "SGX"
  }
  expect_failures = [var.confidential_type]
}
