/** A project: chosen id, and the number that Google gave it. */
export interface Project {
  readonly id: string;
  /** Decimal, 12 digits. */
  readonly number: string;
}

/** Which projects exist. */
export class Projects {
  readonly #byId = new Map<string, Project>();

  add(id: string, number: string): Project {
    const project = { id, number };
    this.#byId.set(id, project);
    return project;
  }

  /** Finds a project by its id or its number, as resource names may carry either. */
  find(idOrNumber: string): Project | undefined {
    return this.#byId.get(idOrNumber) ?? this.all().find((project) => project.number === idOrNumber);
  }

  all(): readonly Project[] {
    return [...this.#byId.values()];
  }
}
