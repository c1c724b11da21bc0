import "./style.css";
import { mount } from "svelte";
import { language } from "./language.svelte";
import Page from "./shell/Page.svelte";

document.documentElement.lang = language();
const target = document.getElementById("page");
if (target) mount(Page, { target });
