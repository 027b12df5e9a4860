/** An image as people write it, in docker's normal form (distribution/reference). */
export interface Image {
  /** With the port, if any; `docker.io` where the text names none. */
  readonly host: string;
  /** With docker's `library/` where Docker Hub needs it. */
  readonly repository: string;
  /** Undefined where the text names none and no digest: then clients mean `latest`. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}
