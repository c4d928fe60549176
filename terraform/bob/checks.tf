# Mistakes that no single variable shows.

check "pins" {
  assert {
    condition     = length(var.tls_server_pins) != 1
    error_message = "One pin only: when Alice has to replace that CA, this VM has to be made anew. Ask for the pin of her spare CA."
  }
}

check "egress" {
  assert {
    condition     = !var.restrict_egress || var.ts_address == null || can(cidrhost("${coalesce(var.ts_address, "-")}/32", 0))
    error_message = "restrict_egress needs the address of the TokenServer, not its name."
  }
}

check "reviewers" {
  assert {
    condition     = !local.is_told || var.ts_provisioner != null
    error_message = "Nobody may review the VM: take ts_provisioner from Alice's file."
  }
}
