import { Problem } from "@blok/api";
import { resume } from "@blok/state";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import "@blok/ui/styles.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What was refused once is refused again; what did not answer may do so in a moment.
      retry: (failures, problem) =>
        failures < 2 && problem instanceof Problem && (problem.status === 0 || problem.status >= 500),
    },
  },
});

void resume();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
