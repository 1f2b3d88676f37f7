/** How long a patch may take, by the wall. */

/** A hotfix of 600 MB on a slow disk, or a hundred packages from a slow mirror: half an hour of wall time. */
export const PATCH_SECONDS = 1770;
