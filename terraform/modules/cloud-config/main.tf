# What the VM runs, as one cloud-config for Container-Optimized OS, and the exact metadata it carries. No provider is used: the same
# input gives the same bytes, and Alice's provisioner compares their hash.
locals {
  # What lets somebody in, runs what the metadata of instance, project or zone say, or sends out what the VM knows. The review of
  # the provisioner looks for the same list; a test compares them.
  masked_units = [
    "sshd.service",
    "sshd.socket",
    "serial-getty@ttyS0",
    "serial-getty@ttyS1",
    "serial-getty@ttyS2",
    "serial-getty@ttyS3",
    "getty@tty1",
    "google-startup-scripts",
    "google-shutdown-scripts",
    "google-guest-agent",
    "google-guest-agent-manager",
    "google-guest-compat-manager",
    "google-osconfig-agent",
    "google-osconfig-init",
    "google-oslogin-cache.service",
    "google-oslogin-cache.timer",
    "konlet-startup",
    "device_policy_manager",
    "crash-reporter",
    "update-engine",
    "docker-events-collector",
    "var-lib-toolbox.mount",
  ]
  logging_units = ["fluent-bit", "fluentd", "stackdriver-logging", "node-problem-detector"]

  sysctls = {
    "kernel.core_pattern"        = "core"
    "fs.suid_dumpable"           = "0"
    "kernel.kexec_load_disabled" = "1"
    "kernel.sysrq"               = "0"
    "kernel.dmesg_restrict"      = "1"
    "kernel.yama.ptrace_scope"   = "2"
  }

  name = "token${var.role}"
  user = var.run_as_root ? 0 : var.service_gid
  flags = concat(
    ["--rm", "--name=${local.name}", "--user=${local.user}:${var.service_gid}", "--read-only"],
    ["--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=16m"],
    ["--tmpfs=/run:rw,noexec,nosuid,nodev,size=16m,mode=0700,uid=${local.user},gid=${var.service_gid}"],
    ["--cap-drop=ALL", "--security-opt=no-new-privileges", "--pids-limit=256"],
    ["--memory=${var.memory_mb}m", "--memory-swap=${var.memory_mb}m", "--ulimit=core=0"],
    var.cloud_logging ? ["--log-driver=json-file", "--log-opt=max-size=10m"] : ["--log-driver=none"],
    var.role == "client" ? ["--device=/dev/tpmrm0"] : [],
    [for port in var.ports : "--publish=${port}:${port}"],
  )

  user_data = templatefile("${path.module}/user-data.yaml.tftpl", {
    role             = var.role
    name             = local.name
    image            = var.image
    registry         = split("/", var.image)[0]
    masked_units     = concat(local.masked_units, var.cloud_logging ? [] : local.logging_units)
    sysctls          = local.sysctls
    image_storage_mb = var.image_storage_mb
    service_gid      = var.service_gid
    local_addresses  = var.local_addresses
    command          = join(" \\\n      ", concat(["/usr/bin/docker run"], local.flags, [var.image], local.argument_lines))
  })

  # A flag and its value share a line.
  argument_lines = [
    for i, word in var.arguments : i + 1 < length(var.arguments) && startswith(word, "-") && !startswith(try(var.arguments[i + 1], "-"), "-") ?
    "${word} ${var.arguments[i + 1]}" : word
    if startswith(word, "-") || i == 0 || !startswith(try(var.arguments[i - 1], ""), "-")
  ]
}
