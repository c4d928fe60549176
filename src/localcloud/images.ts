import type { ComputeStore } from './compute-store.js';
import type { ImageState } from './resources.js';

/** The public images of the world; the last one is what examples use. */
const publicImages = [
  { name: 'cos-stable-81-12871-119-0', family: 'cos-81-lts', id: '6189486457461834731', createdAt: '2020-05-21T18:10:00Z' },
  { name: 'cos-stable-113-18244-85-49', family: 'cos-113-lts', id: '4263093012345608712', createdAt: '2024-05-14T16:20:00Z' },
  { name: 'cos-stable-117-18613-164-4', family: 'cos-stable', id: '2912786513904462381', createdAt: '2025-02-18T17:40:00Z' },
] as const;

/** `bootImage` for a VM when nothing else is wanted. */
export const defaultBootImage = 'projects/cos-cloud/global/images/cos-stable-117-18613-164-4';

export const cosProject = { id: 'cos-cloud', number: '27301585848' } as const;

/** Puts the public images in place. */
export function addPublicImages(store: ComputeStore): void {
  for (const { name, family, id, createdAt } of publicImages) {
    const image: ImageState = { id, name, project: cosProject.id, family, createdAt: new Date(createdAt), overrides: {} };
    store.addImage(image);
  }
}
