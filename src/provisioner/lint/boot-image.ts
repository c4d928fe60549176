import { fail, ok, warn, type ReviewFinding } from '../finding.js';
import { bootImageName, type Inspection } from '../inspect.js';

/** Google's project of Container-Optimized OS images. */
const cosProject = 'cos-cloud';

/**
 * Does the VM boot an image that Alice trusts: one of Google's Container-Optimized OS images, or one she names? Whoever
 * makes the image decides what runs before and beneath everything that the startup script says.
 */
export function lintBootImage({ bootDisk, image }: Inspection, trusted: readonly string[]): readonly ReviewFinding[] {
  const name = bootImageName(bootDisk);
  if (name === undefined) {
    return [
      fail('boot-image-trusted', 'the boot disk was made from no image', 'have the VM made from an image of project cos-cloud', false),
    ];
  }
  const findings: ReviewFinding[] = [];
  if (name.startsWith(`projects/${cosProject}/global/images/cos-`) || trusted.includes(name)) {
    findings.push(ok('boot-image-trusted', `boot image ${name}`));
  } else {
    const remedy = 'answer No and have the VM made from an image of project cos-cloud; an image of your own needs --trustedBootImage';
    findings.push(
      fail('boot-image-trusted', `boot image ${name}: not of project ${cosProject}, and not named by --trustedBootImage`, remedy, true),
    );
  }
  if (image.kind !== 'found') {
    const why = image.kind === 'absent' ? 'is gone' : `cannot be read (${image.permission})`;
    findings.push(
      warn('boot-image-readable', `the image ${why}: what it held cannot be looked up any more`, 'have the VM made from a current image'),
    );
  } else if (image.value.id !== bootDisk.sourceImageId) {
    const what = `${name} is now image ${image.value.id}, the disk was made from ${bootDisk.sourceImageId ?? 'none'} of the same name`;
    findings.push(fail('boot-image-same', what, 'have the VM made anew from the image that has this name now', true));
  } else if (image.value.hasOwnSecureBootKeys) {
    findings.push(
      fail('boot-image-keys', 'the image brings its own Secure Boot keys', "use an image that boots with Google's keys", false),
    );
  }
  return findings;
}
