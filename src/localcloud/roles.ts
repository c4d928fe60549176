/** What Alice's accounts need in Bob's project to review a VM and to watch it: reading, and nothing else. */
export const reviewerPermissions: readonly string[] = [
  'compute.instances.get',
  'compute.instances.getShieldedInstanceIdentity',
  'compute.disks.get',
  'compute.images.get',
  'compute.projects.get',
  'compute.instanceSettings.get',
  'logging.logEntries.list',
];

/** What Alice's TokenServer needs in her own project. */
export const serverPermissions: readonly string[] = [
  'datastore.entities.create',
  'datastore.entities.delete',
  'datastore.entities.get',
  'datastore.entities.list',
  'datastore.entities.update',
  'secretmanager.versions.access',
  'cloudkms.cryptoKeyVersions.useToEncrypt',
  'cloudkms.cryptoKeyVersions.useToDecrypt',
  'logging.logEntries.create',
];
