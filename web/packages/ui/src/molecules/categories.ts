import {
  Bell,
  Braces,
  BrainCircuit,
  ChartColumn,
  Clock,
  Database,
  FileText,
  KeyRound,
  type LucideIcon,
  Plug,
  Shapes,
  ShieldCheck,
  Workflow,
} from "lucide-react";
import type { Tone } from "../atoms/Badge.tsx";

export type CategoryLook = { name: string; icon: LucideIcon; tone: Tone };

/** How each category is called and looks. */
export const CATEGORIES: Record<string, CategoryLook> = {
  "data-processing": { name: "Data shaping", icon: Braces, tone: "cyan" },
  "api-integration": { name: "API integration", icon: Plug, tone: "primary" },
  automation: { name: "Automation", icon: Workflow, tone: "primary" },
  validation: { name: "Validation", icon: ShieldCheck, tone: "cyan" },
  scheduling: { name: "Scheduling", icon: Clock, tone: "warning" },
  analytics: { name: "Analytics", icon: ChartColumn, tone: "primary" },
  authentication: { name: "Authentication", icon: KeyRound, tone: "violet" },
  "file-processing": { name: "File processing", icon: FileText, tone: "cyan" },
  notification: { name: "Notification", icon: Bell, tone: "warning" },
  database: { name: "Database", icon: Database, tone: "primary" },
  ai: { name: "AI", icon: BrainCircuit, tone: "violet" },
  other: { name: "Other", icon: Shapes, tone: "primary" },
};

/** The look of a category; one that is not known keeps its own name. */
export function categoryLook(category: string): CategoryLook {
  return CATEGORIES[category] ?? { name: category, icon: Shapes, tone: "primary" };
}
